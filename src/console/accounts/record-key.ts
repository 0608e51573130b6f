/** The key of a record: ids come from clients. */
import { hash } from 'node:crypto'

/** What is longer than our own ids, or holds what PostgreSQL cannot, is never found. */
export const recordKey = (id: string): string =>
  id.length <= 200 && !id.includes('\0') ? id : hash('sha256', id, 'hex')
