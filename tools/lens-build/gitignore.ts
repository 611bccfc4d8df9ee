/**
 * The `.gitignore` of a project: the part between the two marks is as Lens Studio writes it into every project, and it
 * keeps that part up to date; what is ours stands below.
 */
export const GITIGNORE = `# Shipped by Lens Studio

# The lines below are automatically generated and updated by Lens Studio.
# Please do not modify them manually, as changes will be overwritten each time!
# If you want to make changes to this file, please put them either above or below this section.

Cache/**
PluginsUserPreferences/**
Support/**
BackUp/**
Workspaces/**
.vscode/
/jsconfig.json
/tsconfig.json
.DS_Store
*.lock

# Shipped by Lens Studio

# Ours checks the scripts without Lens Studio.
!/tsconfig.json
`;
