import {goldenTest} from '../../analysis/testing/golden.ts'
import {readApiDescription} from '../../go/cgo/api/read-api.ts'
import rule from './rule.ts'

const api = '- name: SSL_read\n  timeout_ms: 5000\n  may_block: true\n  requires_lock: ssl_mutex\n'

goldenTest(rule, import.meta.url, {goarch: 'amd64', cApi: readApiDescription('gotriage.api.yaml', new TextEncoder().encode(api))})
