/** A recording is one file, or the customer's and the agent's. */
export const MOST_FILES = 2

/** What the server reads; the browser uses it for its file chooser. */
export const ACCEPTED = '.wav,.flac,.mp3,.ogg,.oga,.opus,.m4a,.mp4,.3gp,.aac,.amr,.awb,.wma,.webm,audio/*'

export interface Choice {
  files: readonly File[]
  /** Files that did not fit in. */
  refused: number
}

/** Adds dropped or chosen files; a file that is there already (same name and size) is not added twice. */
export function addFiles(files: readonly File[], added: readonly File[]): Choice {
  const fresh = added.filter((file) => !files.some((known) => known.name === file.name && known.size === file.size))
  const all = [...files, ...fresh]
  return { files: all.slice(0, MOST_FILES), refused: Math.max(0, all.length - MOST_FILES) }
}
