/** `postern` with the zone of `test/relay/networks.ts` in place of the DNS: see `package-source.ts`. */
import { type Gateway, postern as online, type PosternOptions } from 'postern'
import { dns } from '../relay/networks.ts'

export * from 'postern'
export const postern = (options: PosternOptions): Gateway => online({ dns, ...options })
