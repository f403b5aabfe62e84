/** PUT /files; POST /files, and HEAD, PUT, DELETE /files/<upload>: docs/api.md. */
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { bodyPieces } from '../http/body-pieces.ts';
import { jsonResponse } from '../http/error-response.ts';
import { contentLength, expectedSha256, parseContentRange } from './upload-range.ts';
import type { ReceivedFile, UploadInput, UploadService } from './upload-service.ts';

const created = (file: ReceivedFile): Response => jsonResponse(201, file);

const inputOf = (request: Request, actor: Actor): UploadInput =>
  ({ actor, body: bodyPieces(request), length: contentLength(request.headers), expectedSha256: expectedSha256(request.headers) });

const uploadIdOf = (id: string | undefined): string => {
  if (id === undefined || id === '') throw new WaybillError('ROUTE_UNKNOWN', 'There is no such address.');
  return id;
};

const resume = async (request: Request, actor: Actor, upload: { readonly uploads: UploadService; readonly id: string }): Promise<Response> => {
  const range = parseContentRange(request.headers.get('content-range'));
  const result = await upload.uploads.resume(upload.id, range, inputOf(request, actor));
  return typeof result === 'number' ? new Response(null, { status: 204, headers: { 'upload-offset': String(result) } }) : created(result);
};

export const handleFiles = async (request: Request, actor: Actor, uploads: UploadService): Promise<Response> => {
  const [, , id] = new URL(request.url).pathname.split('/');
  if (id === undefined) {
    if (request.method === 'PUT') return created(await uploads.receive(inputOf(request, actor)));
    if (request.method !== 'POST') throw new WaybillError('ROUTE_UNKNOWN', 'Files are sent with PUT or POST.');
    const uploadId = await uploads.begin();
    return jsonResponse(201, { uploadId }, { location: `/files/${uploadId}`, 'upload-offset': '0' });
  }
  const uploadId = uploadIdOf(id);
  switch (request.method) {
    case 'HEAD': return new Response(null, { status: 200, headers: { 'upload-offset': String(await uploads.offset(uploadId)), 'cache-control': 'no-store' } });
    case 'PUT': return resume(request, actor, { uploads, id: uploadId });
    case 'DELETE': await uploads.offset(uploadId); await uploads.discard(uploadId); return new Response(null, { status: 204 });
    default: throw new WaybillError('ROUTE_UNKNOWN', 'An upload answers to HEAD, PUT and DELETE.');
  }
};
