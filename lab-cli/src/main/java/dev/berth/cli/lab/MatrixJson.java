package dev.berth.cli.lab;

import dev.berth.cli.command.JsonOutput;
import dev.berth.lab.Grid;
import dev.berth.lab.TruthTable;

import tools.jackson.core.JsonGenerator;

import java.time.LocalDate;

/// `berth lab matrix --json`: schema 1. A row has a cell for each column of each group, group by
/// group; `legend` explains the signs.
final class MatrixJson {
    private static final int SCHEMA = 1;

    private final JsonGenerator json;

    private MatrixJson(JsonGenerator json) {
        this.json = json;
    }

    static String of(TruthTable table, LocalDate date) {
        return JsonOutput.object(json -> new MatrixJson(json).write(table, date));
    }

    private void write(TruthTable table, LocalDate date) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("kernel", table.release());
        json.writeStringProperty("date", date.toString());
        json.writeStringProperty("protocol", table.protocol().text());
        json.writeNumberProperty("differences", table.differences());
        JsonOutput.objects(json, "grids", table.grids(), this::grid);
    }

    private void grid(Grid grid) {
        json.writeStringProperty("name", grid.name());
        json.writeStringProperty("title", grid.title());
        JsonOutput.strings(json, "legend", grid.legend());
        JsonOutput.strings(json, "groups", grid.groups());
        JsonOutput.strings(json, "columns", grid.columns());
        JsonOutput.objects(json, "rows", grid.rows(), this::row);
    }

    private void row(Grid.Row row) {
        json.writeStringProperty("name", row.name());
        JsonOutput.objects(json, "cells", row.cells(), this::cell);
    }

    private void cell(Grid.Cell cell) {
        json.writeStringProperty("kernel", cell.kernel());
        json.writeStringProperty("predicted", cell.predicted());
    }
}
