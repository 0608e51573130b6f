/** Files of reports, written after public descriptions of what senders make. */

export interface RecordText {
  readonly ip?: string
  readonly count?: string
  readonly evaluated?: string
  readonly identifiers?: string
  readonly results?: string
}

export const recordXml = ({
  ip = '192.0.2.1',
  count = '2',
  evaluated = '<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>',
  identifiers = '<header_from>example.com</header_from>',
  results = '<dkim><domain>example.com</domain><result>pass</result></dkim>',
}: RecordText = {}): string =>
  `<record><row><source_ip>${ip}</source_ip><count>${count}</count><policy_evaluated>${evaluated}</policy_evaluated></row>
  <identifiers>${identifiers}</identifiers><auth_results>${results}</auth_results></record>`

export const METADATA = `<report_metadata>
  <org_name>receiver.example</org_name><email>noreply@receiver.example</email><report_id>42</report_id>
  <date_range><begin>1795564800</begin><end>1795651199</end></date_range>
</report_metadata>`

export const POLICY = `<policy_published>
  <domain>example.com</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct>
</policy_published>`

/** A report as most senders write it: by RFC 7489, without a namespace. */
export const reportXml = (
  records: string = recordXml(),
  head = '<?xml version="1.0" encoding="UTF-8" ?>\n<feedback>',
): string => `${head}\n${METADATA}\n${POLICY}\n${records}\n</feedback>\n`

/** A message of lines, with CRLF. */
export const message = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'))

export const wrapped = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n')

/** A message with one attachment. */
export const mailWith = (content: Buffer, type = 'application/octet-stream'): Buffer =>
  message(
    ...['From: noreply@receiver.example', 'Subject: Report Domain: example.com', 'MIME-Version: 1.0'],
    ...['Content-Type: multipart/mixed; boundary="=_b"', '', '--=_b', 'Content-Type: text/plain', ''],
    ...['This is a report.', '--=_b', `Content-Type: ${type}; name="r.xml.gz"`],
    ...['Content-Disposition: attachment; filename="r.xml.gz"', 'Content-Transfer-Encoding: base64', ''],
    ...[wrapped(content), '--=_b--', ''],
  )
