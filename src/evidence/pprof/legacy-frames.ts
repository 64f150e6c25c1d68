// Frames of the profiler and of allocators that pprof hides in profiles of the old formats, because those files cannot name them themselves.
// Names, order and the choice by sample types: profile/legacy_profile.go of github.com/google/pprof, addLegacyFrameInfo (as vendored by Go 1.26);
// the joined patterns are written into exported profiles, so they are the same to the byte.

const words = (text: string): string[] => text.trim().split(/\s+/)

const posix = words('calloc cfree malloc free memalign do_memalign (__)?posix_memalign pvalloc valloc realloc')
const tcmalloc = [
  'tcmalloc::.*',
  ...words('calloc cfree malloc free memalign posix_memalign pvalloc valloc realloc new delete newarray deletearray').map(n => `tc_${n}`),
  ...words('new_nothrow newarray_nothrow').map(n => `tc_${n}`),
]
const darwin = words('malloc calloc valloc realloc memalign free').map(name => `malloc_zone_${name}`)
const cPlusPlus = [
  ...words(
    'BaseArena::.* (::)?do_malloc_no_errno (::)?do_malloc_pages (::)?do_malloc DoSampledAllocation MallocedMemBlock::MallocedMemBlock',
  ),
  ...words('_M_allocate __builtin_(vec_)?delete __builtin_(vec_)?new __gnu_cxx::new_allocator::allocate __libc_malloc'),
  ...words('__malloc_alloc_template::allocate allocate cpp_alloc'),
  'operator new(\\[\\])?',
  'simple_alloc::allocate',
]
const allocators = [...posix, ...tcmalloc, ...darwin, 'runtime\\..*', ...cPlusPlus].join('|')
const goFramesKept = ['runtime\\.panic', 'runtime\\.reflectcall', 'runtime\\.call[0-9]*'].join('|')

const cpuProfiler = [
  ...['ProfileData::Add', 'ProfileData::prof_handler', 'CpuProfiler::prof_handler'],
  ...['__pthread_sighandler', '__restore'],
].join('|')

const locks = [
  'RecordLockProfileData',
  ...words('RecordLockProfileData SubmitMutexProfileData SubmitSpinLockProfileData').map(name => `(base::)?${name}.*`),
  ...words('AwaitCommon Unlock UnlockSlow ReaderUnlock').map(name => `(base::Mutex::)?${name}.*`),
  '(base::MutexLock::)?~MutexLock.*',
  ...words('AwaitCommon Unlock UnlockSlow ReaderUnlock').map(name => `(Mutex::)?${name}.*`),
  '(MutexLock::)?~MutexLock.*',
  ...words('Unlock SlowUnlock').map(name => `(SpinLock::)?${name}.*`),
  '(SpinLockHolder::)?~SpinLockHolder.*',
].join('|')

const heapTypes = new Set([
  'allocations size',
  'objects space',
  'inuse_objects inuse_space',
  'alloc_objects alloc_space',
  'alloc_objects alloc_space inuse_objects inuse_space',
])

/** Patterns for `drop_frames` and `keep_frames` of a profile read from an old format. */
export function legacyFrames(sampleTypes: readonly {readonly type: string}[]): {readonly drop: string; readonly keep: string} {
  const types = sampleTypes.map(({type}) => type).join(' ')
  if (heapTypes.has(types)) return {drop: allocators, keep: goFramesKept}
  return {drop: types === 'contentions delay' ? locks : cpuProfiler, keep: ''}
}
