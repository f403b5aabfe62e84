/**
 * Whether an object of a JSON text names a member twice. JSON.parse keeps the last one silently, so a forged first one would be shown by
 * one reader and verified away by another (RFC 8785, section 3.1, asks for I-JSON, which forbids it).
 */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Level {
  readonly names: Set<string> | null;
  /** The next text in an object is a name. */
  atName: boolean;
}

export const hasDuplicateNames = (validJson: string): boolean => {
  const levels: Level[] = [];
  for (const [part] of validJson.matchAll(token)) {
    const level = levels.at(-1);
    if (part === '{') levels.push({ names: new Set(), atName: true });
    else if (part === '[') levels.push({ names: null, atName: false });
    else if (part === '}' || part === ']') levels.pop();
    else if (level?.names && part === ',') level.atName = true;
    else if (level?.names && part === ':') level.atName = false;
    else if (level?.names && level.atName) {
      const name = String(JSON.parse(part));
      if (level.names.has(name)) return true;
      level.names.add(name);
    }
  }
  return false;
};
