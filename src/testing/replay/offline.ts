/** A resolver for gateways that only replay: no question leaves the machine. */
import { failure } from '../../dns/answer.ts'
import type { Answer, Records, RecordType, Resolver } from '../../dns/resolver.ts'

/**
 * What a gateway asks for itself, outside any session, is whether its DNS lists are healthy (RFC 5782 §5): they are, so
 * that the recording says what they answered. Everything else cannot be reached.
 */
export const offline: Resolver = {
  resolve: async <T extends RecordType>(name: string, type: T): Promise<Answer<Records[T]>> => {
    if (type === 'A' && name.startsWith('2.0.0.127.')) return { kind: 'answer', records: ['127.0.0.2' as Records[T]] }
    if (name.startsWith('1.0.0.127.')) return { kind: 'nxdomain' }
    return failure('unreachable', `${name} ${type} is not asked in a replay`)
  },
}
