import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answered, client } from '../../api/client';
import { count } from '../../format/number';
import { patient } from '../useCustomers';
import { AllLines } from './AllLines';
import { Choose } from './Choose';
import { Numbers } from './Numbers';
import type { Imported } from './upload';
import type { Chosen, Steps } from './useImport';

/** So many new customers are linked to; all of them are in the list. */
const linked = 10;

/** What an import did, and where to see it. */
export function Stored({ file, answer, steps }: { file: Chosen; answer: Imported; steps: Steps }) {
  const { newCustomers, newCustomerCount, position = '' } = answer;
  return (
    <>
      <p className="prose">
        <AllLines n={answer.rows} name={file.name} verb="are" /> stored. Choosing the same file again changes nothing.
      </p>
      <Numbers answer={answer} />
      <p className="import-actions">
        <Link to="/customers" className="button primary">
          Show the customers
        </Link>
        <Choose choose={steps.choose}>Import another file</Choose>
      </p>
      {newCustomerCount > 0 && (
        <section className="names">
          <h2>
            Vehicles of the new customers <span className="faint num">{count(newCustomerCount)}</span>
          </h2>
          <ul>
            {newCustomers.slice(0, linked).map((name) => (
              <li key={name}>
                <NewCustomer name={name} after={position} />
              </li>
            ))}
          </ul>
          {newCustomerCount > linked && <p className="faint">The others are in the list of customers.</p>}
        </section>
      )}
    </>
  );
}

/** A link to a customer's vehicles. The answer of an import has names alone, so its id is asked for; until then the name is searched. */
function NewCustomer({ name, after }: { name: string; after: string }) {
  const { data: id } = useQuery({
    queryKey: ['customers', 'named', name, after],
    queryFn: async ({ signal }) => {
      const query = { q: name.slice(0, 100), limit: 50, ...(after !== '' && { after }) };
      const { items } = await answered(client.GET('/api/v1/customers', { params: { query }, signal }));
      return items.find((each) => each.name === name)?.id ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
    ...patient,
  });
  return (
    <Link to="/vehicles" search={id ? { customer: [id] } : { q: name.slice(0, 100) }} className="link">
      {name}
    </Link>
  );
}
