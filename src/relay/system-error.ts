/** What an error of the system means for an operator: what was found, what was expected, and what to do. */
import { errorText } from '../model/errors.ts'

interface SystemError extends Error {
  readonly code: string
  readonly syscall?: unknown
  readonly address?: unknown
  readonly port?: unknown
  readonly path?: unknown
}

/** Why it is not possible to listen. */
const LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'found another program that listens there, expected a free port; stop that program, or choose another port',
  EADDRNOTAVAIL:
    'found no such address on this machine, expected one of its addresses; choose 0.0.0.0, [::] or 127.0.0.1',
  EACCES:
    'found no permission to listen there, expected a port from 1024 on, or root; start as root and set user, or use systemd',
}

/** Why a file or folder cannot be used. */
const FILE: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a file system that is read only',
  ENOENT: 'no such folder',
  ENOTDIR: 'a file in place of a folder',
  EEXIST: 'a file in place of a folder',
  ENOSPC: 'no room on the disk',
}

/** The text of an error; that of another error than of a port or a file stays as it is. */
export function systemErrorText(error: unknown): string {
  if (!isSystemError(error)) return errorText(error)
  const { code, syscall, address, port, path } = error
  const why = LISTEN[code]
  if (syscall === 'listen' && why !== undefined) return `${placeOf(address, port)}: ${why}`
  const found = FILE[code]
  if (typeof path !== 'string' || found === undefined) return error.message
  return `${path}: found ${found}, expected a place that this user can write; create it for this user, or name another`
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

/** A port, or a Unix socket, which has none. */
function placeOf(address: unknown, port: unknown): string {
  if (typeof port !== 'number' || port < 0) return String(address)
  const host = String(address)
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
