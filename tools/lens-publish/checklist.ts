/**
 * What a person has to check before a lens is submitted, as nothing here can. In our words, from Snap's guide in its state of
 * May 2026:
 * https://developers.snap.com/lens-studio/publishing/submitting/submission-guidelines (content, technical requirements),
 * https://developers.snap.com/lens-studio/publishing/configuring/creating-an-icon,
 * https://developers.snap.com/lens-studio/publishing/configuring/creating-a-preview-video,
 * https://developers.snap.com/lens-studio/publishing/distributing/lens-discovery (names and icons).
 */
export const CHECKLIST = `## Check it yourself

These points follow Snap's [submission guidelines](https://developers.snap.com/lens-studio/publishing/submitting/submission-guidelines)
of May 2026. Read the current ones before you submit.

On a phone:

- [ ] at least 27 frames per second on an iPhone 6 or newer, 15 on a Galaxy S6 or newer
- [ ] at most 150 MB of memory
- [ ] at most 8 MB as exported, models aside, which may have 10 MB; Project Settings shows the size
- [ ] it works for every skin tone and face, with glasses, in poor light
- [ ] the Logger shows no errors

Content of lens, icon and preview:

- [ ] it ranks and compares nobody, and shows nobody in a bad light
- [ ] it makes no medical claims: say "expression"; do not say that it knows feelings, stress or health
- [ ] it does not imitate medical conditions or disabilities
- [ ] it invites nobody to share personal information
- [ ] no QR codes, no "follow for more", no partnership with Snap suggested
- [ ] you have the rights to all pictures, fonts and sounds that you added

Icon and preview:

- [ ] the icon is original, simple and bright; no photo, no screenshot
- [ ] the first picture of the preview shows the effect, since Snap may show only this one
- [ ] the preview is short, well lit, on a calm background, and shows the lens on a face. The one in this kit shows a drawn person
      in our preview page: replace it with a recording from a phone if you can

## What is not known

Whether Snap refuses previews that are no MP4, or have another shape; how many tags a lens may have; how long the review takes. Snap's
terms (Lens Studio License Agreement, Community Guidelines, privacy policy) apply in addition: read what they say of face data.
`;
