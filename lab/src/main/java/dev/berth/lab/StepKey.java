package dev.berth.lab;

/// A key that a step can have.
///
/// @param name as written in the file
/// @param type of its value
/// @param required whether the step needs it
record StepKey(String name, Type type, boolean required) {
    /// The type of a value.
    enum Type {
        TEXT("a text in quotes"),
        NUMBER("a whole number"),
        FLAG("true or false"),
        LIST("a text, or a list of texts");

        private final String description;

        Type(String description) {
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    static StepKey need(String name) {
        return new StepKey(name, Type.TEXT, true);
    }

    static StepKey text(String name) {
        return new StepKey(name, Type.TEXT, false);
    }

    static StepKey number(String name) {
        return new StepKey(name, Type.NUMBER, false);
    }

    static StepKey flag(String name) {
        return new StepKey(name, Type.FLAG, false);
    }

    static StepKey list(String name) {
        return new StepKey(name, Type.LIST, false);
    }
}
