/**
 * All benchmarks in one run: `npm run bench`, or `npm run bench -- --quick` to see that they work. Figures are CPU, each
 * beside a named baseline measured in the same run.
 */
import { dkimCosts } from './dkim.ts'
import { decisionCost, importCost } from './engine.ts'
import { printHostCosts } from './host.ts'
import { scanCosts } from './scan.ts'

await printHostCosts({ quick: process.argv.includes('--quick') })

const ms = (value: number) => `${value.toFixed(3)} ms`

console.log('A whole message: connect to decision, answers of DNS in memory')
for (const { message, empty, recommended, authenticate, simpleParser } of await scanCosts()) {
  console.log(
    `  ${message}: empty gateway ${ms(empty)}, recommended ${ms(recommended)} ` +
      `(${(recommended / authenticate).toFixed(2)} × mailauth authenticate ${ms(authenticate)}, ` +
      `${(recommended / simpleParser).toFixed(2)} × mailparser simpleParser ${ms(simpleParser)})`,
  )
}
console.log('DKIM verification')
for (const { message, ours, mailauth, sha256 } of await dkimCosts()) {
  console.log(
    `  ${message}: ${ms(ours)}, ${(ours / mailauth).toFixed(2)} × mailauth, ${(ours / sha256).toFixed(1)} × the bare sha256`,
  )
}
console.log('The engine alone')
console.log(
  `  twelve filters with a finding at every stage, connect to rcpt: ${(await decisionCost()).toFixed(1)} µs a session`,
)
console.log(
  `  import of the package: ${importCost(new URL('../src/index.ts', import.meta.url).href).toFixed(1)} ms beyond an empty process (from source)`,
)
