// `ss -tan` and `ss -tlnp` tables, and `curl -w` timings. Formats: ss(8), curl(1) (write-out variables).
import type {CurlTiming, SocketTable} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {blockReader} from './block-reader.ts'

const listeningMax = 100_000
const requestsMax = 1_000_000

export const socketReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/ss', head => {
    if (!/^(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/.test(head.text)) return undefined
    const byState = new Map<string, number>()
    const listening: SocketTable['listening'][number][] = []
    let receiveQueueBytes = 0
    let sendQueueBytes = 0
    return {
      take({text}) {
        const m =
          /^(?:\w+\s+)?(LISTEN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|CLOSE-WAIT|LAST-ACK|CLOSING|UNCONN|CLOSED)\s+(\d+)\s+(\d+)\s+(\S+)/.exec(
            text,
          )
        if (!m) return text === '' || /^\s/.test(text)
        const state = m[1] ?? ''
        byState.set(state, (byState.get(state) ?? 0) + 1)
        if (state === 'LISTEN') {
          if (listening.length < listeningMax) listening.push({local: m[4] ?? '', waiting: Number(m[2]), backlog: Number(m[3])})
        } else {
          receiveQueueBytes += Number(m[2])
          sendQueueBytes += Number(m[3])
        }
        return true
      },
      data: () => ({kind: 'sockets', byState, listening, receiveQueueBytes, sendQueueBytes}),
    }
  })

const timing = /\b(time_(?:namelookup|connect|appconnect|pretransfer|redirect|starttransfer|total|queue|posttransfer))"?\s*[:=]\s*([\d.]+)/g

export function curlReader(emit: Emit): TextReader {
  const requests: Map<string, number>[] = []
  let start = -1
  let end = 0
  return {
    open: false,
    offer(line) {
      if (!line.text.includes('time_')) return false
      let found = false
      for (const [, name = '', value = ''] of line.text.matchAll(timing)) {
        found = true
        let current = requests.at(-1)
        // A name that comes again belongs to the next request.
        if (!current || current.has(name)) {
          if (requests.length >= requestsMax) return true
          requests.push((current = new Map()))
        }
        current.set(name, Number(value))
      }
      if (!found) return false
      if (start < 0) start = line.start
      end = line.end
      return true
    },
    finish() {
      const data: CurlTiming = {kind: 'curl-timing', requests}
      if (requests.length > 0) emit({format: 'system/curl-timing', start, end, data})
    },
  }
}
