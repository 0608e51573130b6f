/**
 * Tells systemd that the process is ready, reloads or stops (sd_notify(3)). Node has no datagram sockets of the file
 * system, so the program `systemd-notify` of the same package sends the message.
 */
import { spawn } from 'node:child_process'

/** Does nothing without NOTIFY_SOCKET. What fails here ends nothing: systemd has its own timeout. */
export function notifyManager(
  message: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (!environment.NOTIFY_SOCKET) return
  const program = spawn('systemd-notify', [`--pid=${process.pid}`, ...message.split('\n')], { stdio: 'ignore' })
  program.on('error', () => undefined)
  program.unref()
}
