package dev.berth.lab;

import java.util.Objects;

/// A key that a step may have.
///
/// @param name as it is written
/// @param type of its value
/// @param required whether the step makes no sense without
record Key(String name, Type type, boolean required) {
    /// What a value may be.
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

    Key {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
    }

    static Key need(String name) {
        return new Key(name, Type.TEXT, true);
    }

    static Key text(String name) {
        return new Key(name, Type.TEXT, false);
    }

    static Key number(String name) {
        return new Key(name, Type.NUMBER, false);
    }

    static Key flag(String name) {
        return new Key(name, Type.FLAG, false);
    }

    static Key list(String name) {
        return new Key(name, Type.LIST, false);
    }
}
