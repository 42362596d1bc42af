import { IconAdjustmentsHorizontal, IconPlus, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Download } from '../parts/Download';
import { gone } from '../shell/gone';
import { useGone } from '../shell/live';

interface Props {
  /** Whether who asks may change anything; else only the export is there. */
  may: boolean;
  /** Where the CSV of what is shown is; none where there is nothing in it. */
  csv: string | undefined;
  onRegister: () => void;
  onSettings: () => void;
}

/**
 * What can be done with customers, with the server there. Where there is little room the icons stand alone, with their words
 * for screen readers.
 */
export function Actions({ may, csv, onRegister, onSettings }: Props) {
  const away = useGone();
  const how = (words: string) => ({ disabled: away, title: away ? gone : words });
  return (
    <div className="title-actions">
      {may && (
        <>
          <button type="button" className="button" {...how('Settings for all')} onClick={onSettings}>
            <IconAdjustmentsHorizontal size={16} stroke={1.5} /> <span className="word">Settings for all</span>
          </button>
          <Link to="/customers/import" className="button" title="Import CSV">
            <IconUpload size={16} stroke={1.5} /> <span className="word">Import CSV</span>
          </Link>
        </>
      )}
      {csv !== undefined && (
        <Download className="export" href={csv} title="Export as CSV">
          <span className="word">Export</span>
        </Download>
      )}
      {may && (
        <button type="button" className="button primary" {...how('Register customer')} onClick={onRegister}>
          <IconPlus size={16} stroke={1.75} /> <span className="word">Register customer</span>
        </button>
      )}
    </div>
  );
}
