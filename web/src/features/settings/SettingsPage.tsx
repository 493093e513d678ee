// How it looks on this device, and how orders find their broker for this user.
import { inWords, problemOf, useChangeMeMutation, useGetMeQuery, useListAccountsQuery, useMetaQuery } from "@/api";
import { Button } from "@/components/button";
import { Segmented, Select } from "@/components/field";
import { Notice, PageHead } from "@/components/surface";
import { useSession } from "@/features/session/useSession";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { PolicyPicker } from "./PolicyPicker";

function Group({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-x-8 gap-y-3 border-t border-line px-4 py-5 md:grid-cols-[240px_minmax(0,420px)]">
      <div>
        <h2 className="font-medium">{title}</h2>
        <p className="text-xs text-faint">{text}</p>
      </div>
      <div className="flex flex-col gap-4">{children}</div>
    </section>
  );
}

const onOff = [
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
] as const;

export function SettingsPage() {
  const chosen = usePrefs();
  const { data: me } = useGetMeQuery();
  const { data: meta } = useMetaQuery();
  const { data: accounts } = useListAccountsQuery();
  const [change, changing] = useChangeMeMutation();
  const { leave } = useSession();
  return (
    <div>
      <PageHead title="Settings" />
      <Group title="Orders" text="Which broker an order goes to when you do not say.">
        {changing.error && <Notice tone="bad">{inWords(problemOf(changing.error))}</Notice>}
        <Segmented
          label="Mode"
          value={me?.mode ?? "orchestrator"}
          disabled={!me || changing.isLoading}
          onChange={(mode) => change({ mePatch: { mode } })}
          choices={[
            { value: "orchestrator", label: "Orchestrator", title: "Auto: the broker that your policy likes best" },
            { value: "standard", label: "Standard", title: "Always the primary account" },
          ]}
        />
        <Select
          label="Primary account"
          value={me?.primary_account ?? ""}
          disabled={!me || changing.isLoading}
          hint={
            me?.mode === "standard"
              ? "Every order goes here, as in a single-broker app."
              : "Used in standard mode only; in orchestrator mode each order goes by the policy below."
          }
          onChange={(event) => change({ mePatch: { primary_account: event.target.value || null } })}
        >
          <option value="">None</option>
          {accounts?.map((account) => (
            <option key={account.id} value={account.id}>
              {account.label}
            </option>
          ))}
        </Select>
        {accounts && accounts.length > 0 && <PolicyPicker accounts={accounts} />}
      </Group>
      <Group title="Look" text="Kept on this device.">
        <Segmented
          label="Theme"
          value={chosen.theme}
          onChange={(theme) => setPrefs({ theme })}
          choices={[
            { value: "system", label: "System" },
            { value: "dark", label: "Dark" },
            { value: "light", label: "Light" },
          ]}
        />
        <Segmented
          label="Up and down"
          value={chosen.palette}
          onChange={(palette) => setPrefs({ palette })}
          choices={[
            { value: "green-red", label: "Green and red" },
            { value: "blue-orange", label: "Blue and orange" },
          ]}
        />
        <Segmented
          label="Hide amounts"
          value={chosen.privacy ? "on" : "off"}
          onChange={(value) => setPrefs({ privacy: value === "on" })}
          choices={onOff}
        />
        <Segmented
          label="Sound on fills and rejections"
          value={chosen.sound ? "on" : "off"}
          onChange={(value) => setPrefs({ sound: value === "on" })}
          choices={onOff}
        />
      </Group>
      <Group title="You" text={me?.email ?? ""}>
        <Button className="self-start" onClick={leave}>
          Sign out
        </Button>
      </Group>
      <p className="border-t border-line px-4 py-4 text-xs text-faint">
        {meta ? `${meta.name} ${meta.version}` : ""} · all times are IST
      </p>
    </div>
  );
}
