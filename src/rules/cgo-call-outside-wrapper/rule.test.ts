import {goldenTest} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url, {
  goarch: 'amd64',
  cgoPolicy: {
    wrappers: {text: 'wrap.go', covers: file => file === 'wrap.go'},
    contract: {text: 'gotriage.api.yaml', functions: new Set(['SSL_read'])},
  },
})
