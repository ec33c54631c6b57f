// Only improves: every page works without it.
import { Button, CharacterCount, ErrorSummary, PasswordInput, createAll } from "./govuk/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, CharacterCount, ErrorSummary, PasswordInput]) createAll(component);
