/**
 * Ed25519 keys and signatures over text. Keys travel as PEM (private) and as the 32 raw bytes in base64 (public); a key's id is the
 * SHA-256 of those bytes. Pure: where a key lies on disk is the business of storage/signing-key-file.ts.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WaybillError } from '../../contracts/errors.ts';

export interface SigningKey {
  /** PKCS #8. */
  readonly privatePem: string;
  readonly publicRawBase64: string;
  readonly keyId: string;
}

export interface PublicKey {
  readonly keyId: string;
  readonly publicRawBase64: string;
}

/** What stands before the raw bytes in the DER form of an Ed25519 public key (RFC 8410, section 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const rawKeyBytes = 32;
const signatureBytes = 64;

export const keyIdOf = (publicRawBase64: string): string =>
  createHash('sha256').update(Buffer.from(publicRawBase64, 'base64')).digest('hex');

export const signingKeyOf = (privatePem: string): SigningKey => {
  const key = createPrivateKey(privatePem);
  if (key.asymmetricKeyType !== 'ed25519') throw new WaybillError('RECEIPT_INVALID', 'The signing key is not an Ed25519 key.');
  return { privatePem, ...publicKeyOfPem(privatePem) };
};

/** The public half as it is handed on (SPKI), or of a private key's file. */
export const publicKeyOfPem = (pem: string): PublicKey => {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new WaybillError('RECEIPT_INVALID', 'The key is not an Ed25519 key.');
  const publicRawBase64 = key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length).toString('base64');
  return { keyId: keyIdOf(publicRawBase64), publicRawBase64 };
};

export const createSigningKey = (): SigningKey =>
  signingKeyOf(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());

/** Base64 has several spellings of the same bytes (spare bits, white space): only the canonical one counts, so no byte can be altered unseen. */
const bytesOf = (base64: string, length: number): Buffer | null => {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === length && bytes.toString('base64') === base64 ? bytes : null;
};

const publicKeyOf = (publicRawBase64: string): KeyObject | null => {
  const raw = bytesOf(publicRawBase64, rawKeyBytes);
  if (raw === null) return null;
  return createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
};

/** Base64 of the signature over the text's UTF-8 bytes. */
export const signText = (text: string, key: SigningKey): string =>
  sign(null, Buffer.from(text, 'utf8'), key.privatePem).toString('base64');

/** Never throws: a malformed key or signature is one that does not hold. */
export const verifyText = (text: string, signatureBase64: string, publicRawBase64: string): boolean => {
  const signature = bytesOf(signatureBase64, signatureBytes);
  if (signature === null) return false;
  try {
    const key = publicKeyOf(publicRawBase64);
    return key !== null && verify(null, Buffer.from(text, 'utf8'), key, signature);
  } catch {
    return false;
  }
};
