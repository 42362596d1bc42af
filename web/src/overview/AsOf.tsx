import { counted } from '../format/number';
import { exactly } from '../format/time';
import { useTime } from '../shell/time';

/** How many customers, and the moment that the numbers are of. */
export function AsOf({ customers, asOf }: { customers: number | undefined; asOf: string | undefined }) {
  const time = useTime();
  if (asOf === undefined) return <p className="as-of">&nbsp;</p>;
  const at = time.moment(asOf);
  // Tenths where the moment has seconds: of another day it has not.
  const tenth = /:\d\d:\d\d$/.test(at) ? `.${Math.floor(new Date(asOf).getUTCMilliseconds() / 100)}` : '';
  return (
    <p className="as-of num">
      {customers !== undefined && `${counted(customers, 'customer')}, `}as of{' '}
      <time dateTime={asOf} title={exactly(asOf)}>
        {at}
        {tenth} {time.zoneName}
      </time>
    </p>
  );
}
