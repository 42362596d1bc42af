/** What the service wants people to look at in what it has stored. */
export function Stored({
  said,
  warnings,
  close,
  onClose,
}: {
  said: string;
  warnings: readonly string[];
  /** What the button says. */
  close: string;
  onClose: () => void;
}) {
  return (
    <>
      <div role="status">
        <p>{said} Please look at this:</p>
        <ul className="edit-warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </div>
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          {close}
        </button>
      </div>
    </>
  );
}
