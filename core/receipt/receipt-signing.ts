/**
 * The receipt: signed by the worker when a job ends, verified by anybody without Waybill running (promise 12). The signature covers the
 * canonical JSON of the body as it stands in the file, not as a schema would tidy it.
 */
import { receiptBalances, receiptBodySchema, receiptSchema } from '../../contracts/receipt.ts';
import type { Receipt, ReceiptBody } from '../../contracts/receipt.ts';
import { canonicalJson } from './canonical-json.ts';
import { hasDuplicateNames } from './duplicate-names.ts';
import { keyIdOf, signText, verifyText } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';

export const receiptFaults = {
  NOT_A_RECEIPT: 'The file does not have the form of a receipt.',
  NAME_TWICE: 'A member stands twice in one object.',
  SIGNATURE_WRONG: 'The signature does not hold: the body, the signature or the key was changed.',
  KEY_ID_WRONG: 'The key’s id is not the SHA-256 of the key.',
  KEY_UNTRUSTED: 'The receipt is signed by another key than the one that is trusted.',
  BOOKS_UNBALANCED: 'The books do not balance.',
} as const;
export type ReceiptFault = keyof typeof receiptFaults;

export interface ReceiptVerdict {
  readonly valid: boolean;
  /** Empty when valid. */
  readonly reasons: readonly ReceiptFault[];
  /** Whether the key is the trusted one; null when none was named, and then the receipt only proves that it was not altered since it was signed. */
  readonly trusted: boolean | null;
  /** Null when the value has not the form of a receipt. */
  readonly receipt: Receipt | null;
}

export interface Trust {
  /** One id, or several (keys are replaced now and then). */
  readonly trustedKeyId?: string | readonly string[];
}

export const signReceipt = (body: ReceiptBody, key: SigningKey): Receipt => {
  const checked = receiptBodySchema.parse(body);
  const value = signText(canonicalJson(checked), key);
  return { body: checked, signature: { algorithm: 'Ed25519', keyId: key.keyId, publicKey: key.publicRawBase64, value } };
};

const malformed = (reason: ReceiptFault): ReceiptVerdict => ({ valid: false, reasons: [reason], trusted: null, receipt: null });

const signatureHolds = (rawBody: unknown, receipt: Receipt): boolean => {
  try {
    return verifyText(canonicalJson(rawBody), receipt.signature.value, receipt.signature.publicKey);
  } catch {
    return false;
  }
};

export const verifyReceipt = (value: unknown, trust: Trust = {}): ReceiptVerdict => {
  const parsed = receiptSchema.safeParse(value);
  if (!parsed.success) return malformed('NOT_A_RECEIPT');
  const receipt = parsed.data;
  const { keyId, publicKey } = receipt.signature;
  const trusted = trust.trustedKeyId === undefined ? null : [trust.trustedKeyId].flat().includes(keyId);
  const reasons: ReceiptFault[] = [];
  // The schema drops names it does not know (books): the body is signed as it stands.
  if (!signatureHolds((value as { readonly body: unknown }).body, receipt)) reasons.push('SIGNATURE_WRONG');
  if (keyIdOf(publicKey) !== keyId) reasons.push('KEY_ID_WRONG');
  if (trusted === false) reasons.push('KEY_UNTRUSTED');
  if (!receiptBalances(receipt.body)) reasons.push('BOOKS_UNBALANCED');
  return { valid: reasons.length === 0, reasons, trusted, receipt };
};

/** A receipt's file. */
export const verifyReceiptText = (text: string, trust: Trust = {}): ReceiptVerdict => {
  let value: unknown;
  try { value = JSON.parse(text); } catch { return malformed('NOT_A_RECEIPT'); }
  const verdict = verifyReceipt(value, trust);
  return hasDuplicateNames(text) ? { ...verdict, valid: false, reasons: ['NAME_TWICE', ...verdict.reasons] } : verdict;
};
