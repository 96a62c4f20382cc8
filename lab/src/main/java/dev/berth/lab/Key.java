package dev.berth.lab;

import java.util.Objects;

/// A key that a step can have.
///
/// @param name as written in the file
/// @param type of its value
/// @param required whether the step needs it
record Key(String name, Type type, boolean required) {
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
