/**
 * What our own SMTP server costs beside bare smtp-server and a plain net.Server, in one run:
 * `node bench/smtp-front.ts [quick]`.
 */
import { acceptCosts, ratios, refusalCosts, sessionCosts } from './host.ts'

const quick = process.argv.includes('quick')

for (const { message, costs } of await acceptCosts({ quick }, ['bare', 'front', 'empty gateway']))
  console.log(`accept and discard, ms of CPU, ${message}: ${ratios(costs)}`)
const refusals = await refusalCosts({ quick }, [
  'plain net.Server, 554 and closed at once',
  'front, 554',
  'front, recently refused',
  'protect, 554',
])
console.log(`a refused connection, ms of CPU: ${ratios(refusals)}`)
for (const { variant, held, resident } of await sessionCosts(1_000, ['bare', 'front', 'empty gateway']))
  console.log(
    `an idle session, KB held and resident, ${variant}: ${(held / 1024).toFixed(1)} ${(resident / 1024).toFixed(1)}`,
  )
