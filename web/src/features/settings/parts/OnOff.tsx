import "@/text/rooms/settings";
import { Segmented } from "@/components/field";
import { t } from "@/text";

interface Props {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  disabled?: boolean;
}

export function OnOff({ label, value, onChange, disabled }: Props) {
  return (
    <Segmented
      label={label}
      value={value ? "on" : "off"}
      disabled={disabled}
      onChange={(chosen) => onChange(chosen === "on")}
      choices={[
        { value: "on", label: t("settings:on") },
        { value: "off", label: t("settings:off") },
      ]}
    />
  );
}
