import { Command, CommanderError, Option } from "commander";
import { addModels } from "./add-models.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { tellError } from "./output.ts";

type Run = (...args: never[]) => Promise<ExitCode>;

const EXIT_CODES = `
Exit codes: 0 done, 1 failed or no, 2 wrong usage or settings, 3 not found, 4 not allowed,
5 unreachable (store, service or every PC), 6 in use (data folder or port).

Nothing is needed to try it: "piloto start" opens a demo. Settings: see docs/settings.md and .env.example.`;

/**
 * The whole command line. Each command's code is loaded when it is used, so that help and small commands are quick.
 * Never throws: errors are told on stderr, and the exit code says their kind.
 */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = describeProgram((load) => async (...args: unknown[]) => {
    const run = (await load()) as (...args: unknown[]) => Promise<ExitCode>;
    // Options and the command itself come last. An option that the command above has too (--json) was taken there.
    const command = args.at(-1) as Command;
    code = await run(...args.slice(0, -2), command.optsWithGlobals());
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return tellError(error, { json: argv.includes("--json") });
  }
}

type Lazily = (load: () => Promise<Run>) => (...args: unknown[]) => Promise<void>;

function describeProgram(lazily: Lazily): Command {
  const program = new Command("piloto")
    .description("An operator for your team chat: it proposes a plan, a person confirms it, and exactly that runs.")
    .version(process.env.PILOTO_VERSION ?? "0.0.0")
    .addHelpText("after", EXIT_CODES)
    .exitOverride()
    // What stands after a subcommand is the subcommand's: "fleet explain --json".
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false });
  addTalking(program, lazily);
  addServices(program, lazily);
  addRuns(program, lazily);
  addAudit(program, lazily);
  addSecrets(program, lazily);
  addChatApps(program, lazily);
  addFleet(program, lazily);
  addModels(program, lazily);
  addEndpoint(program, lazily);
  addLooking(program, lazily);
  return program;
}

const json = () => new Option("--json", "print JSON for programs");
const project = () => new Option("--project <id>", "the project; the default project when absent");
const as = () => new Option("--as <account>", "the account that acts, such as terminal:ana");

function addTalking(program: Command, lazily: Lazily): void {
  program
    .command("start")
    .description("run Piloto: a chat on a terminal, and health over HTTP; without a terminal HTTP alone")
    .option("--no-chat", "HTTP alone, on a terminal too")
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await import("./start.ts")).start));
  program
    .command("chat")
    .description("talk to Piloto on this terminal, or by a script of JSON lines")
    .option("--script <file>", "read JSON lines from a file (- for stdin) instead of the keyboard")
    .addOption(project())
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await import("./chat.ts")).chat));
  program
    .command("ask <words...>")
    .description("ask one thing; print the answer, or the plan that waits for a confirmation")
    .addOption(project())
    .addOption(as())
    .option("--seconds <n>", "wait at most this long", "120")
    .addOption(json())
    .action(lazily(async () => (await import("./ask.ts")).ask));
  program
    .command("call <service> <operation> [arguments]")
    .description("plan, confirm and run one call, without a model: piloto call shop 'GET /parts' '{\"query\":{}}'")
    .addOption(project())
    .addOption(as())
    .option("-y, --yes", "confirm without asking")
    .option("--seconds <n>", "wait at most this long for the end", "120")
    .addOption(json())
    .action(lazily(async () => (await import("./call.ts")).call));
}

function addServices(program: Command, lazily: Lazily): void {
  const services = program.command("services").description("the outside APIs that a project may use");
  const load = async () => import("./services.ts");
  const add = (usage: string, text: string) =>
    services.command(usage).description(text).addOption(project()).addOption(as()).addOption(json());
  add("list", "all services of the project").action(lazily(async () => (await load()).listServices));
  add("show <name>", "one service and its operations").action(lazily(async () => (await load()).showService));
  add("add <name> <source>", "register a service by the URL or file of its OpenAPI document")
    .option("--base-url <url>", "where calls go, when the document does not say it")
    .option("--auth <kind>", "bearer, basic, header:<name> or query:<name>; the secret is set apart")
    .option("--offline", "do not ask whether it answers")
    .action(lazily(async () => (await load()).addServiceCommand));
  add("refresh <name>", "read the document again and show what changed")
    .option("--source <source>", "from another URL or file")
    .action(lazily(async () => (await load()).refreshServiceCommand));
  add("remove <name>", "take the service and its operations off").action(
    lazily(async () => (await load()).removeServiceCommand),
  );
  add("allow <name> <operations...>", "let operations be planned: 'PUT /parts/{id}/stock', or all").action(
    lazily(async () => (await load()).allowOperations),
  );
  add("deny <name> <operations...>", "take operations off again").action(
    lazily(async () => (await load()).denyOperations),
  );
}

function addRuns(program: Command, lazily: Lazily): void {
  const runs = program.command("runs").description("plans and what became of them");
  const load = async () => import("./runs.ts");
  const add = (usage: string, text: string) => runs.command(usage).description(text).addOption(json());
  add("list", "the latest runs, newest first")
    .addOption(project())
    .option("--state <states>", "only these states, by comma: draft,running,error")
    .option("--limit <n>", "how many", "20")
    .option("--before <cursor>", "go on where the last page ended")
    .action(lazily(async () => (await load()).listRuns));
  add("show <run>", "one run, by its id or the end of it").action(lazily(async () => (await load()).showRun));
  add("confirm <run>", "confirm a draft after a look at it")
    .addOption(as())
    .option("-y, --yes", "confirm without asking")
    .action(lazily(async () => (await load()).confirmRun));
  add("cancel <run>", "drop a draft, or stop an active run")
    .addOption(as())
    .action(lazily(async () => (await load()).cancelRun));
  add("retry <run>", "try the failed or unknown step of a run again")
    .addOption(as())
    .action(lazily(async () => (await load()).retryRun));
}

function addAudit(program: Command, lazily: Lazily): void {
  const audit = program.command("audit").description("who did what: a chain that shows every change to itself");
  const load = async () => import("./audit.ts");
  audit
    .command("verify")
    .description("walk the whole chain and the signed checkpoints")
    .addOption(json())
    .action(lazily(async () => (await load()).verifyAudit));
  audit
    .command("export")
    .description("every entry as a JSON line on stdout")
    .option("--after <seq>", "only entries after this number", "0")
    .addOption(json())
    .action(lazily(async () => (await load()).exportAudit));
}

function addSecrets(program: Command, lazily: Lazily): void {
  const secrets = program.command("secrets").description("credentials of services, encrypted at rest");
  const load = async () => import("./secrets.ts");
  const add = (usage: string, text: string) =>
    secrets.command(usage).description(text).addOption(as()).addOption(json());
  add("set <place>", "store a value, read from a prompt or stdin: service:<project>/<service>").action(
    lazily(async () => (await load()).setSecret),
  );
  add("list", "the places that hold a secret, never the values").action(lazily(async () => (await load()).listSecrets));
  add("remove <place>", "forget a secret").action(lazily(async () => (await load()).removeSecret));
}

function addChatApps(program: Command, lazily: Lazily): void {
  program
    .command("slack")
    .description("setting up the Slack app")
    .command("manifest")
    .description("print the app's manifest, ready to paste")
    .option("--http", "Slack calls Piloto, instead of Socket Mode")
    .option("--url <address>", "where Slack and people reach Piloto: https://piloto.example.com")
    .option("--oauth", "several workspaces install it, by OAuth")
    .option("--no-agent", "without Slack's agent features, which need a paid plan")
    .option("--name <name>", "what it is called in the workspace", "Piloto")
    .action(lazily(async () => (await import("./chat-apps.ts")).printManifest));
  program
    .command("discord")
    .description("setting up the Discord bot")
    .command("invite")
    .description("print the link that invites it to a server")
    .option("--app <id>", "the application's id, when there is no token yet")
    .option("--server <id>", "choose the server beforehand")
    .addOption(json())
    .action(lazily(async () => (await import("./chat-apps.ts")).printInvite));
}

function addFleet(program: Command, lazily: Lazily): void {
  const load = async () => import("./fleet.ts");
  const fleet = program
    .command("fleet")
    .description("the GPU PCs: how they stand, who waits for them")
    .enablePositionalOptions()
    .addOption(json())
    .action(lazily(async () => (await load()).showFleet));
  fleet
    .command("explain [model]")
    .description("where a request would go now and why; without a model the last decisions")
    .option("--batch", "as work that nobody waits for")
    .option("--tokens <n>", "how long its prompt is", "500")
    .addOption(project())
    .addOption(json())
    .action(lazily(async () => (await load()).explainFleet));
  const add = (usage: string, text: string) => fleet.command(usage).description(text).addOption(as()).addOption(json());
  add("drain <pc>", "no new work for a PC, until it is returned").action(lazily(async () => (await load()).drainPc));
  add("return <pc>", "work for a drained PC again").action(lazily(async () => (await load()).returnPc));
}

function addEndpoint(program: Command, lazily: Lazily): void {
  const load = async () => import("./endpoint.ts");
  const endpoint = program.command("endpoint").description("programs of the team that share the PCs, by tokens");
  endpoint
    .command("add <name>")
    .description("let a program in; prints its token, once")
    .option("--batch", "its requests always wait behind people's")
    .option("--weight <n>", "its share beside other programs and projects", "1")
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await load()).addClient));
  endpoint
    .command("list")
    .description("the programs that may use the PCs")
    .addOption(json())
    .action(lazily(async () => (await load()).listClients));
  endpoint
    .command("remove <name>")
    .description("take a program's token away")
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await load()).removeClient));
}

function addLooking(program: Command, lazily: Lazily): void {
  program
    .command("doctor [part]")
    .description("check this computer, data, PCs, services and chat apps (or only slack, discord); say what to do")
    .addOption(json())
    .action(lazily(async () => (await import("./doctor.ts")).doctor));
  program
    .command("bench [name] [args...]")
    .description("measure Piloto on this computer (in a checkout)")
    .allowUnknownOption()
    .addOption(json())
    .action(lazily(async () => (await import("./bench.ts")).bench));
}
