// The entry of loading: patterns in, packages with everything they reach out.
import {errors} from '../../base/errors.ts'
import type {Host} from '../../base/host.ts'
import type {Task} from '../../base/progress.ts'
import type {Loaded, LoadOptions} from './api.ts'

export function loadPackages(_host: Host, _options: LoadOptions, _task?: Task): Promise<Loaded> {
  return Promise.reject(errors.unsupported('package loading is not there yet', 'Wait for the load wing.'))
}
