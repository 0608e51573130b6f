/** The addresses from which this machine speaks to others, as its routes say. Nothing is sent. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Addresses of root name servers: a route to them is the route to the Internet. */
const FAR = [
  ['udp4', '198.41.0.4'],
  ['udp6', '2001:503:ba3e::2:30'],
] as const

/** Empty where there is no route. Never rejects. */
export async function sourceAddresses(): Promise<readonly string[]> {
  const found = await Promise.all(FAR.map(([type, address]) => sourceTo(type, address)))
  return found.filter(address => address !== undefined)
}

async function sourceTo(type: 'udp4' | 'udp6', address: string): Promise<string | undefined> {
  const socket = createSocket(type)
  try {
    // A UDP socket that is connected has an address of ours, and has sent no packet.
    socket.connect(53, address)
    await once(socket, 'connect')
    return socket.address().address
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}
