package dev.berth.lab;

import dev.berth.toml.TomlFields;

import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads one scenario from its TOML text.
final class ScenarioReader {
    private static final List<String> KEYS =
            List.of("name", "claim", "source", "needs", "actor", "step");
    private static final List<String> ACTOR_KEYS = List.of("name", "uid", "namespace");
    private static final List<String> STEP_KEYS =
            List.of("actor", StepArguments.OP, "name", "expect", "claim", "say");
    private static final String NAME = "[A-Za-z][A-Za-z0-9_-]*";

    private final TomlFields<ScenarioException> fields;
    private final ScenarioSymbols symbols = new ScenarioSymbols();
    private final List<ActorSpec> actors = new ArrayList<>();
    private final Set<Requirement> needs = new LinkedHashSet<>();

    private ScenarioReader(String file) {
        fields = new TomlFields<>(file, ScenarioException::new);
    }

    /// @param file its name for messages
    static Scenario read(String file, String text) throws ScenarioException {
        var reader = new ScenarioReader(file);
        return reader.read(reader.fields.parse(text, "a scenario"));
    }

    private Scenario read(TomlTable toml) throws ScenarioException {
        checkKeys(toml, KEYS, "a scenario");
        String name = required(toml, "name", TomlFields.BEGINNING, "a scenario");
        checkName(toml, "name", name);
        String claim = required(toml, "claim", TomlFields.BEGINNING, "a scenario");
        readNeeds(toml);
        readActors(toml);
        List<ScenarioStep> steps = readSteps(toml);
        if (steps.stream().noneMatch(ScenarioStep::claim)) {
            throw fields.wrong(
                    TomlFields.BEGINNING,
                    "no step carries the claim; set claim = true on each whose expect says what"
                            + " the claim says");
        }
        String source = string(toml, "source").orElse("");
        return new Scenario(name, claim, source, needs, actors, steps);
    }

    private void readNeeds(TomlTable toml) throws ScenarioException {
        for (String word : strings(toml, "needs")) {
            try {
                needs.add(new Requirement(word));
            } catch (ArgumentException unknown) {
                throw fields.wrong(
                        TomlFields.at(toml, "needs"), String.valueOf(unknown.getMessage()));
            }
        }
    }

    private void readActors(TomlTable toml) throws ScenarioException {
        TomlArray array = tables(toml, "actor");
        for (int i = 0; i < array.size(); i++) {
            TomlTable table = array.getTable(i);
            TomlPosition place = TomlFields.at(array, i);
            checkKeys(table, ACTOR_KEYS, "an actor");
            String name = required(table, "name", place, "an actor");
            checkName(table, "name", name);
            if (!symbols.add(name)) {
                throw fields.wrong(
                        TomlFields.at(table, "name"),
                        "two actors are named " + name + "; rename one");
            }
            String namespace = string(table, "namespace").orElse(ActorSpec.MAIN);
            actors.add(new ActorSpec(name, uid(table), namespace));
        }
        if (actors.isEmpty()) {
            actors.add(new ActorSpec("main", 0, ActorSpec.MAIN));
            symbols.add("main");
        }
    }

    private int uid(TomlTable table) throws ScenarioException {
        if (!table.contains("uid")) {
            return 0;
        }
        if (!(table.get("uid") instanceof Long uid) || uid < 0 || uid > Integer.MAX_VALUE) {
            throw fields.wrong(
                    TomlFields.at(table, "uid"), "uid must be a number from 0 up, such as 1000");
        }
        if (uid != 0) {
            needs.add(Requirement.TWO_UIDS);
        }
        return uid.intValue();
    }

    private List<ScenarioStep> readSteps(TomlTable toml) throws ScenarioException {
        TomlArray array = tables(toml, "step");
        List<ScenarioStep> steps = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            steps.add(step(array.getTable(i), TomlFields.at(array, i)));
        }
        return steps;
    }

    private ScenarioStep step(TomlTable table, TomlPosition place) throws ScenarioException {
        String word = required(table, StepArguments.OP, place, "a step");
        try {
            OpKind kind = OpKind.named(word);
            checkStepKeys(table, kind, place);
            String actor = string(table, "actor").orElse(actors.getFirst().name());
            symbols.checkActor("actor", actor);
            StepArguments arguments = arguments(table, kind);
            SocketSetting.check(arguments);
            Op op = kind.op(arguments);
            String name = name(table, op);
            symbols.step(actor, name, kind, op);
            if (arguments.has(SocketSetting.UID.word()) && !(op instanceof Op.Why)) {
                needs.add(Requirement.TWO_UIDS);
            }
            return new ScenarioStep(
                    place.line(),
                    actor,
                    name,
                    kind,
                    op,
                    arguments,
                    expectations(table, kind),
                    flag(table, "claim"),
                    string(table, "say"));
        } catch (ArgumentException bad) {
            boolean known = !bad.key().isEmpty() && table.contains(List.of(bad.key()));
            TomlPosition where = known ? TomlFields.at(table, bad.key()) : place;
            throw fields.wrong(where, String.valueOf(bad.getMessage()));
        }
    }

    private String name(TomlTable table, Op op) throws ScenarioException {
        if (op instanceof Op.Fork fork) {
            checkName(table, "child", fork.child());
        }
        Optional<String> name = string(table, "name");
        if (name.isPresent()) {
            checkName(table, "name", name.get());
        }
        return name.orElse("");
    }

    private List<Expectation> expectations(TomlTable table, OpKind kind) throws ScenarioException {
        List<Expectation> all = strings(table, "expect").stream().map(Expectation::new).toList();
        all.forEach(expectation -> symbols.checkExpectation(kind, expectation));
        return all;
    }

    private void checkStepKeys(TomlTable table, OpKind kind, TomlPosition place)
            throws ScenarioException {
        List<String> allowed = new ArrayList<>(STEP_KEYS);
        kind.keys().forEach(key -> allowed.add(key.name()));
        checkKeys(table, allowed, "op \"" + kind.word() + '"');
        for (StepKey key : kind.keys()) {
            if (key.required() && !table.contains(List.of(key.name()))) {
                throw fields.wrong(
                        place, "op \"" + kind.word() + "\" needs " + key.name() + " = …");
            }
        }
    }

    private StepArguments arguments(TomlTable table, OpKind kind) throws ScenarioException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put(StepArguments.OP, List.of(kind.word()));
        for (StepKey key : kind.keys()) {
            if (table.contains(List.of(key.name()))) {
                values.put(key.name(), value(table, key));
            }
        }
        return new StepArguments(values);
    }

    private List<String> value(TomlTable table, StepKey key) throws ScenarioException {
        Object value = Objects.requireNonNull(table.get(List.of(key.name())), key.name());
        boolean fits =
                switch (key.type()) {
                    case TEXT -> value instanceof String;
                    case NUMBER -> value instanceof Long || isPort(value);
                    case FLAG -> value instanceof Boolean;
                    case LIST -> value instanceof String || value instanceof TomlArray;
                };
        if (!fits) {
            throw fields.wrong(
                    TomlFields.at(table, key.name()),
                    key.name() + " must be " + key.type().description());
        }
        return value instanceof String || value instanceof TomlArray
                ? strings(table, key.name())
                : List.of(String.valueOf(value));
    }

    private static boolean isPort(Object value) {
        return value instanceof String text && PortPlaceholder.fill(text).matches("\\d+");
    }

    private TomlArray tables(TomlTable toml, String key) throws ScenarioException {
        Object value = toml.get(List.of(key));
        if (value != null
                && !(value instanceof TomlArray array
                        && array.toList().stream().allMatch(TomlTable.class::isInstance))) {
            throw fields.wrong(
                    TomlFields.at(toml, key),
                    key + " must be a list of tables; write [[" + key + "]] before each");
        }
        return toml.getArrayOrEmpty(List.of(key));
    }

    private void checkKeys(TomlTable table, Collection<String> allowed, String what)
            throws ScenarioException {
        String hint = "use one of " + String.join(", ", new TreeSet<>(allowed));
        fields.checkKeys(table, allowed, what, _ -> hint);
    }

    private void checkName(TomlTable table, String key, String name) throws ScenarioException {
        if (!name.matches(NAME)) {
            throw fields.wrong(
                    TomlFields.at(table, key),
                    "\""
                            + name
                            + "\" is not a valid name; use letters, digits, - and _,"
                            + " starting with a letter");
        }
    }

    private String required(TomlTable table, String key, TomlPosition place, String what)
            throws ScenarioException {
        Optional<String> value = string(table, key);
        if (value.isEmpty()) {
            throw fields.wrong(place, what + " needs " + key + " = \"…\"");
        }
        return value.get();
    }

    private Optional<String> string(TomlTable table, String key) throws ScenarioException {
        List<String> values = strings(table, key);
        if (values.size() > 1) {
            throw fields.wrong(TomlFields.at(table, key), key + " must be one text in quotes");
        }
        return values.stream().findFirst();
    }

    private List<String> strings(TomlTable table, String key) throws ScenarioException {
        return switch (table.get(List.of(key))) {
            case null -> List.of();
            case String text -> List.of(PortPlaceholder.fill(text));
            case TomlArray array when array.toList().stream().allMatch(String.class::isInstance) ->
                    array.toList().stream()
                            .map(text -> PortPlaceholder.fill((String) text))
                            .toList();
            default ->
                    throw fields.wrong(
                            TomlFields.at(table, key),
                            key + " must be " + StepKey.Type.LIST.description());
        };
    }

    private boolean flag(TomlTable table, String key) throws ScenarioException {
        return switch (table.get(List.of(key))) {
            case null -> false;
            case Boolean value -> value;
            default ->
                    throw fields.wrong(
                            TomlFields.at(table, key),
                            key + " must be " + StepKey.Type.FLAG.description());
        };
    }
}
