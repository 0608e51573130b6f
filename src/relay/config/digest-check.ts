/** Checks the configuration of digests. */
import { digestShape } from '../../digest/check.ts'
import { type Check, object } from '../../model/options.ts'
import type { DigestConfig } from './digest-config.ts'
import { hostPort } from './store-check.ts'

export const digestCheck: Check<DigestConfig> = object<DigestConfig>({ ...digestShape, listen: hostPort(0) }, 'digests')
