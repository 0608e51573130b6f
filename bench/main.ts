/**
 * What postern costs, each figure beside a named baseline of the same run.
 *
 *     npm run bench                       all figures that Node alone can measure
 *     npm run bench:peers                 those that can be compared with Haraka, Postfix and Rspamd, beside them
 *     npm run bench -- accept cold        some of the figures
 *     npm run bench -- --quick            one short round of each: to see that all works, not to quote
 *     npm run bench:peers -- --write      writes the tables into docs/explain/figures.md and the rows of the README
 *
 * Figures are CPU of the server's processes, medians of rounds in which all take turns. decisions/008-speed.md says why
 * a target is missed.
 */
import { existsSync } from 'node:fs'
import { type Figure, figures } from './figures.ts'
import { readmeRows } from './readme-rows.ts'
import { machine, markdown, type Table, wrapped, writeBlock, writeRows } from './table.ts'

const OPTIONS = ['--quick', '--peers', '--write']
const given = process.argv.slice(2)
const [quick, peers, write] = OPTIONS.map(option => given.includes(option))
const chosen = given.filter(argument => !OPTIONS.includes(argument))

const names = figures.map(({ name }) => name)
const unknown = chosen.filter(name => !names.includes(name))
if (unknown.length > 0) throw new Error(`no figure is called ${unknown.join(', ')}: they are ${names.join(', ')}`)
if (!existsSync(new URL('../dist/index.js', import.meta.url))) throw new Error('npm run build comes first')

const isWanted = ({ name, withPeers, onlyPeers }: Figure): boolean =>
  chosen.length > 0 ? chosen.includes(name) : peers ? withPeers === true : onlyPeers !== true

const tables: Table[] = []
const began = machine()
for (const figure of figures.filter(isWanted)) {
  for (const table of await figure.measure({ quick: quick === true, peers: peers === true })) {
    console.log(markdown(table))
    tables.push(table)
  }
}
const circumstances = `${began} at the beginning; at the end ${machine()}.`
console.log(circumstances)

if (write === true) {
  const command = peers === true ? 'npm run bench:peers' : 'npm run bench'
  const text = [wrapped(`\`${command}\`. ${circumstances}`), '', ...tables.map(markdown)].join('\n')
  writeBlock('docs/explain/figures.md', command, text)
  if (peers === true) writeRows('README.md', command, readmeRows(tables))
}
// Servers of other people may leave a timer or a socket behind.
process.exit()
