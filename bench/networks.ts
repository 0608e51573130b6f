/** What a look-up in a table of networks costs, beside net.BlockList: node bench/networks.ts */
import { BlockList } from 'node:net'
import { networkTable, readNetwork } from '../src/net/networks.ts'

const COUNT = 100_000
const CLIENTS = 100_000

// A linear congruence stands in for chance, so that every run asks the same.
let state = 1
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const groups = () => `2001:${random(65_536).toString(16)}:${random(65_536).toString(16)}`
const worlds = {
  ipv4: {
    network: () => `${1 + random(223)}.${random(256)}.${random(256)}.0/24`,
    client: () => `${1 + random(223)}.${random(256)}.${random(256)}.${random(256)}`,
  },
  ipv6: { network: () => `${groups()}::/48`, client: () => `${groups()}:1::${random(65_536).toString(16)}` },
} as const

for (const [family, { network, client }] of Object.entries(worlds)) {
  const texts = Array.from({ length: COUNT }, network)
  const clients = Array.from({ length: CLIENTS }, client)
  const began = performance.now()
  const networks = texts.map(readNetwork).filter(read => 'words' in read)
  const { find, size } = networkTable(networks)
  const built = performance.now() - began

  const ours = perCall(clients, find)
  const list = new BlockList()
  const listBegan = performance.now()
  for (const text of texts) {
    const [address = '', prefix = ''] = text.split('/')
    list.addSubnet(address, Number(prefix), family === 'ipv4' ? 'ipv4' : 'ipv6')
  }
  const listBuilt = performance.now() - listBegan
  // net.BlockList is linear before Node 24: few questions are enough.
  const theirs = perCall(clients.slice(0, 1_000), ip => (list.check(ip, family === 'ipv4' ? 'ipv4' : 'ipv6') ? 1 : -1))
  console.log(
    `${family}: ${size} networks built in ${built.toFixed(0)} ms (net.BlockList ${listBuilt.toFixed(0)}); ` +
      `a look-up ${ours.toFixed(2)} µs (net.BlockList ${theirs.toFixed(2)}, ${(theirs / ours).toFixed(1)} times ours)`,
  )
}

/** The best of five rounds, in microseconds. */
function perCall(clients: readonly string[], find: (ip: string) => number): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now()
    for (const ip of clients) find(ip)
    best = Math.min(best, ((performance.now() - began) * 1000) / clients.length)
  }
  return best
}
