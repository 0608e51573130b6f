/** Signs our own mail by DKIM. What is signed is ASCII with CRLF and nothing else, which dkim-signer reads rightly. */
import { createPrivateKey } from 'node:crypto'
import type { MailSigningKey } from './types.ts'

/** What must not be changed or added on the way: also when it was sent, and that a program wrote it. */
const SIGNED_FIELDS = [
  ...['From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  ...['Content-Language', 'Auto-Submitted', 'Reply-To', 'Cc', 'Sender'],
].join(':')

/** The message with its signature on top. @param content as `compose` writes it */
export async function sign(content: Buffer, { domain, selector, key }: MailSigningKey): Promise<Buffer> {
  const { DKIMSign } = (await import('dkim-signer')).default
  const field = DKIMSign(content, {
    ...{ domainName: domain, keySelector: selector, privateKey: key },
    headerFieldNames: SIGNED_FIELDS,
  })
  return Buffer.concat([Buffer.from(`${field}\r\n`, 'latin1'), content])
}

/** Whether a text is a private key with which we can sign: RSA of 1024 bits or more (RFC 8301). */
export function isSigningKey(pem: unknown): boolean {
  if (typeof pem !== 'string') return false
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem)
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 1024
  } catch {
    return false
  }
}
