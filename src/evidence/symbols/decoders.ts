// ELF files among the evidence: a core is named as one, an executable by its build; their addresses are for `gotriage symbolize`.
import type {Decoder} from '../model/decoder.ts'
import {buildInfoOf} from './build-info.ts'
import {isCore, readCore} from './core.ts'
import {buildIdsOf, isElf, readElf} from './elf.ts'

const elfDecoder: Decoder = {
  format: 'elf',
  probe: isElf,
  async *decode(source) {
    if (await isCore(source)) {
      const {executable, command, gnu, go} = await readCore(source)
      yield {
        format: 'elf/core',
        path: source.name,
        program: {...(gnu === undefined ? {} : {buildId: gnu})},
        complete: true,
        notes: [{code: 'core', message: `run: dlv core ${executable ?? 'EXECUTABLE'} CORE`}],
        data: {
          kind: 'other',
          summary: {
            ...(executable === undefined ? {} : {executable}),
            ...(command === undefined ? {} : {command}),
            ...(go === undefined ? {} : {goBuildId: go}),
            ...(gnu === undefined ? {} : {gnuBuildId: gnu}),
          },
        },
      }
      return
    }
    const elf = await readElf(source)
    const info = buildInfoOf(elf)
    const {go, gnu} = buildIdsOf(elf)
    yield {
      format: 'elf/executable',
      path: source.name,
      program: {...(info === undefined ? {} : {goVersion: info.goVersion})},
      complete: true,
      notes: [],
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
