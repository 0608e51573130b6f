/** Prints what the changelog says about a version: `node scripts/release-notes.ts VERSION`. */
import { readFileSync } from 'node:fs'

const version = process.argv[2] ?? ''
const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
const notes = sections.find(section => section.startsWith(`${version} - `))
if (version === '' || notes === undefined) {
  const known = sections.slice(1).map(section => section.split(/\s/, 1)[0])
  console.error(`CHANGELOG.md has no section "## ${version} - DATE"; it has ${known.join(', ')}`)
  process.exit(1)
}
console.log(notes.slice(notes.indexOf('\n')).trim())
