import type { DirectoryFile } from '../emulator.js'
import type { FaultGate } from '../faults.js'
import type { RequestRecorder } from '../http/request-recorder.js'
import type { Platform } from '../platform/platform.js'

/** Everything a switch of the control page can turn. */
export interface Controls {
  platform: Platform
  faults: FaultGate
  recorder: RequestRecorder
  directoryFile: DirectoryFile | undefined
}
