export { type Amount, isObjectName, isSize, Problems } from "./problems";
