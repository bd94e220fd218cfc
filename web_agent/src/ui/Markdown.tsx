import { Marked } from './Marked'
import type { Block } from './markdown'
import { parseInline } from './markdown'
import { marksOfTerms } from './text'

import './Markdown.css'

export function InlineMarkdown({ source, terms = [] }: { source: string; terms?: readonly string[] }) {
  return parseInline(source).map((part, index) => {
    const text = <Marked text={part.text} marks={marksOfTerms(part.text, terms)} />
    return part.isStrong ? <strong key={index}>{text}</strong> : <span key={index}>{text}</span>
  })
}

/** Renders parsed Markdown as elements, never as HTML text: an entry cannot bring markup into the page. */
export function Markdown({ blocks, terms = [] }: { blocks: readonly Block[]; terms?: readonly string[] }) {
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <MarkdownBlock key={index} block={block} terms={terms} />
      ))}
    </div>
  )
}

function MarkdownBlock({ block, terms }: { block: Block; terms: readonly string[] }) {
  switch (block.kind) {
    case 'heading':
      return (
        <p className="markdown__heading">
          <InlineMarkdown source={block.text} terms={terms} />
        </p>
      )
    case 'paragraph':
      return (
        <p>
          <InlineMarkdown source={block.text} terms={terms} />
        </p>
      )
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <InlineMarkdown source={item} terms={terms} />
        </li>
      ))
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return (
        <table>
          <thead>
            <tr>
              {block.head.map((cell, index) => (
                <th key={index} scope="col">
                  <InlineMarkdown source={cell} terms={terms} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, index) => (
                  <td key={index}>
                    <InlineMarkdown source={cell} terms={terms} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )
  }
}
