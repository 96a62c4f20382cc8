package dev.berth.supervise.control;

import dev.berth.supervise.contract.Request;

import java.util.OptionalInt;

/// What a client asks of a supervisor. [ControlRequestJson] is its form on the socket.
public sealed interface ControlRequest {
    /// The verb, as users type it.
    String verb();

    /// To report the status.
    ///
    /// @param json whether as data; otherwise as lines of text
    /// @param columns the width that lines should have; empty: any
    /// @param colour whether lines may have colours
    record ShowStatus(boolean json, OptionalInt columns, boolean colour) implements ControlRequest {
        public ShowStatus {
            if (columns.isPresent() && columns.getAsInt() < 1) {
                throw new IllegalArgumentException("columns=" + columns.getAsInt());
            }
        }

        /// As data.
        public static ShowStatus data() {
            return new ShowStatus(true, OptionalInt.empty(), false);
        }

        @Override
        public String verb() {
            return "status";
        }
    }

    /// To make a change.
    record Change(Request request) implements ControlRequest {
        @Override
        public String verb() {
            return switch (request) {
                case Request.Roll _ -> "roll";
                case Request.Scale _, Request.ScaleBy _ -> "scale";
                case Request.Steer _ -> "steer";
                case Request.Drain _ -> "drain";
                case Request.Undrain _ -> "undrain";
                case Request.Shed(boolean shed) -> shed ? "drain" : "undrain";
                case Request.Stop _ -> "stop";
            };
        }
    }
}
