/** Makes docs/reference/formats.md from the table of formats: `npm run formats`. */
import { writeFileSync } from 'node:fs'
import { FORMATS, type FormatSupport, OTHERS } from '../src/archives/formats.ts'

const yes = (is: boolean): string => (is ? 'yes' : '')

const row = ([format, support]: readonly [string, FormatSupport]): string => {
  const { files, names, contents, reads, encrypted, by, rspamd = '', amavis = '', clamav = '' } = support
  const cells = [format, files, yes(names), yes(contents), reads, encrypted ?? '', by, rspamd, amavis, clamav]
  return `| ${cells.join(' | ')} |`
}

/** The content of docs/reference/formats.md. */
export function formatsPage(): string {
  const sources = OTHERS.map(({ program, source, url }) => `- **${program}**: ${source}\n  (<${url}>).`)
  return `# Formats of files

What postern sees of each format, attached or inside another file. This page is generated from
\`src/archives/formats.ts\` by \`npm run formats\`; \`test/archives/formats.test.ts\` compares the table with what the
readers do.

- **names**: the files inside are listed, and meet the rules for names.
- **contents**: the files inside are examined, as far as the budget goes
  ([decisions/015](../../decisions/015-archives.md)).
- **encrypted**: \`opened\` with a password that the message gives, or with a password that programs try by themselves.
  What stays closed is a finding.
- **by**: what 7-Zip reads is examined where the optional package \`7z-wasm\` is installed; otherwise postern lists the
  names that it can read itself, and the content is *not examined*.
- What is damaged, beyond a bound, or packed by an unknown method is *not examined*, which is a finding of
  \`unexamined\` or \`attachments/unscannable\`.

| format | files | names | contents | reads | encrypted | by | Rspamd | amavis | ClamAV |
|---|---|---|---|---|---|---|---|---|---|
${Object.entries(FORMATS).map(row).join('\n')}

The last three columns say what the documentation of these programs names, on 30 November 2026; an empty cell means
that it names nothing.

${sources.join('\n')}

Rspamd lists names in archives and does not unpack them. amavis unpacks with the external programs that are
installed. ClamAV unpacks for its own signatures and reports no names.
`
}

if (import.meta.main) writeFileSync(new URL('../docs/reference/formats.md', import.meta.url), formatsPage())
