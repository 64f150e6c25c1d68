// ELF files among the evidence: a core is named as one, an executable by its build; their addresses are for `gotriage symbolize`.
import type {Decoder} from '../model/decoder.ts'
import {buildInfoOf} from './build-info.ts'
import {buildIdsOf, isElf, readElf} from './elf.ts'

const coreType = 4

const elfDecoder: Decoder = {
  format: 'elf',
  probe: isElf,
  async *decode(source) {
    const elf = await readElf(source)
    const core = elf.type === coreType
    const info = core ? undefined : buildInfoOf(elf)
    const {go, gnu} = buildIdsOf(elf)
    yield {
      format: core ? 'elf/core' : 'elf/executable',
      path: source.name,
      program: {...(info === undefined ? {} : {goVersion: info.goVersion})},
      complete: true,
      notes: core ? [{code: 'core', message: 'run: dlv core EXECUTABLE CORE'}] : [],
      data: {
        kind: 'other',
        summary: {
          ...(info === undefined ? {} : {goVersion: info.goVersion}),
          ...(info?.path === undefined ? {} : {path: info.path}),
          ...(go === undefined ? {} : {goBuildId: go}),
          ...(gnu === undefined ? {} : {gnuBuildId: gnu}),
        },
      },
    }
  },
}

export const decoders: readonly Decoder[] = [elfDecoder]
