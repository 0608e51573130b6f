/** What stands outside a gateway that only replays: no question leaves the machine, and no notice is sent. */
import { failure } from '../../dns/answer.ts'
import type { PosternOptions } from '../../engine/options.ts'
import type { Answer, Records, RecordType, Resolver } from '../../model/resolver.ts'

/**
 * What a gateway asks for itself, outside any session, is whether its DNS lists are healthy (RFC 5782 §5): they are, so
 * that the recording says what they answered. Everything else cannot be reached.
 */
const dns: Resolver = {
  resolve: async <T extends RecordType>(name: string, type: T): Promise<Answer<Records[T]>> => {
    if (type === 'A' && name.startsWith('2.0.0.127.')) return { kind: 'answer', records: ['127.0.0.2' as Records[T]] }
    if (name.startsWith('1.0.0.127.')) return { kind: 'nxdomain' }
    return failure('unreachable', `${name} ${type} is not asked in a replay`)
  },
}

/** To be laid over the options of a gateway. */
export const offline: Pick<PosternOptions, 'dns' | 'callExternal' | 'notify' | 'events'> = {
  dns,
  callExternal: key => Promise.reject(new Error(`${key} is not asked in a replay`)),
  notify: () => undefined,
  events: [],
}
