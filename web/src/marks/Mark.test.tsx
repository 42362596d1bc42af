import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { type Kind, Mark, StatusWord, words } from './Mark';

const kinds = Object.keys(words) as Kind[];

describe('Mark', () => {
  it('has a different shape for each kind, so that no two differ by colour alone', () => {
    const shapes = kinds.map((kind) => render(<Mark kind={kind} />).container.querySelector('svg')?.innerHTML);
    expect(new Set(shapes).size).toBe(kinds.length);
  });

  it.each(kinds)('hides the shape of %s from screen readers, who read the word', (kind) => {
    const { container } = render(<StatusWord kind={kind} size={16} />);
    expect(container.querySelector('svg')).toHaveAttribute('aria-hidden', 'true');
    expect(container.querySelector('svg')).toHaveAttribute('width', '16');
    expect(container).toHaveTextContent(new RegExp(`^${words[kind]}$`));
  });

  it('takes its hue from the tokens alone', () => {
    const { container } = render(<Mark kind="overdue" />);
    expect(container.querySelector('svg')).toHaveClass('mark', 'mark-overdue');
    expect(container.innerHTML).not.toMatch(/#[0-9a-f]{3,6}/);
  });
});
