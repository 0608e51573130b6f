/**
 * X-Postern-Ref: the reference of the session, which stands in replies and events, for a person who has only the
 * message.
 */
import { printable } from '../model/printable.ts'
import type { Tracer } from './tracer.ts'

/** The name of the field that {@link referenceField} writes. */
export const REFERENCE_FIELD = 'X-Postern-Ref'
const MAX_LENGTH = 32

/** Writes `X-Postern-Ref: 7K2Q9F0D`. A field of this name that came with the message is removed as forged. */
export const referenceField: Tracer = ({ ref }) => [[REFERENCE_FIELD, printable(ref, MAX_LENGTH)]]
