import { useState } from 'react';
import { usePageTitle } from '../shell/title';
import { Result } from './Result';
import { useKeptText, useLookup } from './useLookup';
import './lookup.css';

/** The most characters that the service takes. */
const longest = 65_000;

/** Looks vehicles up by a pasted list of VINs and plates. */
export function LookupPage() {
  usePageTitle('Paste a list');
  const [asked, ask] = useKeptText();
  const [text, setText] = useState(asked);
  const { data, error, isFetching, refetch } = useLookup(asked);
  const submit = () => {
    if (text === asked) void refetch();
    else ask(text);
  };
  const tooLong = text.length > longest;
  return (
    <div className="page lookup">
      <h1>Paste a list</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!tooLong) submit();
        }}
      >
        <label htmlFor="pasted">VINs or plates, as they stand in a mail or a spreadsheet</label>
        <textarea
          id="pasted"
          rows={asked === '' ? 12 : 5}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
          }}
          aria-describedby="pasted-about"
          aria-invalid={tooLong || error !== null}
          placeholder={'ABC 123\nYS2R4X20005399401\nabc-124; DEF 456'}
          spellCheck={false}
          autoComplete="off"
        />
        <p id="pasted-about" className="faint">
          Up to 1,000 names, in any case, with or without spaces and hyphens; one a line, or parted by commas, tabs or
          semicolons.
        </p>
        <div className="lookup-actions">
          <button type="submit" className="button primary" disabled={tooLong || text.trim() === ''}>
            Look up
          </button>
          <span className="kbd" aria-hidden="true">
            Ctrl Enter
          </span>
          {asked !== '' && (
            <button
              type="button"
              className="text-button"
              onClick={() => {
                ask('');
                setText('');
              }}
            >
              Clear
            </button>
          )}
          <span role="status" className="faint">
            {isFetching && data === undefined && 'Looking up …'}
          </span>
        </div>
      </form>
      {tooLong && (
        <p role="alert" className="lookup-failed">
          This is {text.length.toLocaleString('en-GB')} characters; {longest.toLocaleString('en-GB')} can be looked up
          at once. Look it up in parts.
        </p>
      )}
      {error && (
        <p role="alert" className="lookup-failed">
          {error.message}
        </p>
      )}
      {asked !== '' && data && <Result found={data} />}
    </div>
  );
}
