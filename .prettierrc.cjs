// pre-commit tells Node where its packages are by NODE_PATH, which only require.resolve reads.
module.exports = {
  plugins: [require.resolve("@prettier/plugin-xml")],
  bracketSpacing: false,
  printWidth: 100,
  xmlWhitespaceSensitivity: "preserve",
  overrides: [{files: ["*.js", "*.scss", "*.xml"], options: {tabWidth: 4}}],
};
