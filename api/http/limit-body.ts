import { WaybillError } from '../../contracts/errors.ts';
import { bodyPieces } from './body-pieces.ts';

/** The body, when it is not larger than `maxBytes`; what is declared is believed only when it is too much. */
export const readLimitedBody = async (request: Request, maxBytes: number): Promise<Buffer> => {
  const tooLarge = (): WaybillError => new WaybillError('REQUEST_TOO_LARGE', `The request’s body is larger than ${maxBytes} bytes.`, { maxBytes });
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of bodyPieces(request)) {
    total += piece.byteLength;
    if (total > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};
