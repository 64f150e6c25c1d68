// The states whose time an export can count, apart from the operations so that the command's table needs no decoder.
export {timedStates, type TimedState} from '../evidence/trace/timed-states.ts'
