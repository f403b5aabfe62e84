/** The body as pieces; nothing when there is none. Ends the body when the loop is left early. */
export async function* bodyPieces(request: Request): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  let over = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    over = true;
  } finally {
    if (!over) await reader.cancel().catch(() => undefined);
  }
}
